/**
 * What holds when stack or memory is short: locks that are given back, and waits that end, on every thread. Used by the storages and by
 * every room of the log.
 */
package dev.syncline.shortage;
