/**
 * How records become durable. An appender copies its record into the open frame of a {@code CommitQueue}; in SYNC mode ({@code
 * GroupCommit}) one of those who wait writes the frame for all, in INTERVAL and MANUAL mode ({@code WriteBehind}) a thread of the log does.
 *
 * <p>Four things have one owner each. {@code CommitToken}: who may write to the tail. {@code Rotation}: which segment is the tail. {@code
 * DurableEnd}: how far the log is durable, and who waits for that. {@code LogState}: whether the log still takes appends; nothing else
 * decides that something has failed.
 */
package dev.syncline.log.commit;
