/** How a log behaves, in the engine's own terms. */
package dev.syncline.log.options;
