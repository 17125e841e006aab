package dev.syncline.log.read;

import dev.syncline.io.Storage;
import dev.syncline.log.events.LogEvents;
import dev.syncline.log.segment.Pins;
import dev.syncline.log.segment.ReaderFiles;

/**
 * What all readers of one log share.
 *
 * @param pinsHold whether a pinned segment's file stays; no reader keeps a file that another process owns
 * @param events who is told of damage that is met
 */
record ReadContext(Storage storage, ReadSource source, ReaderFiles files, Pins pins, boolean pinsHold, Windows windows, LogEvents events) {}
