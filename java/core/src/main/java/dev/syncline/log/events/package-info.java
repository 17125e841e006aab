/**
 * What a log tells whoever watches it: the engine notes numbers, another thread hands them to the observer, and the flight recorder gets
 * them where they arise.
 */
package dev.syncline.log.events;
