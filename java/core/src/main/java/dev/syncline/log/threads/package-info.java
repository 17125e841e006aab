/** Threads of the engine's own, of one log or for many. */
package dev.syncline.log.threads;
