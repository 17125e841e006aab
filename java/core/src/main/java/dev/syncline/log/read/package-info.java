/**
 * What may be seen of a log, and how it is shown. A {@code ReadView} is the log's structure at one moment, an immutable value; whoever
 * owns the log publishes one after each change: the writer of a log, or {@code DirectoryFollower} for a log that another process writes.
 * Cursors, point reads, scans and {@code verify} know that and nothing else of the log.
 */
package dev.syncline.log.read;
