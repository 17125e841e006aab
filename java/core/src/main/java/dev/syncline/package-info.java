/**
 * An embeddable write-ahead log: what you append to a {@link dev.syncline.WriteAheadLog} survives a power cut. This page is a
 * tour of it; ten minutes.
 *
 * <h2>Using it</h2>
 *
 * <pre>{@code
 * try (WriteAheadLog log = WriteAheadLog.open(Path.of("data/wal"))) {
 *   long sequence = log.put(key, value);            // durable when this returns
 *   log.appendBatch(List.of(Operation.put(a, b), Operation.delete(c)));   // all or nothing
 *   state.saveDurably(sequence);                    // your own file: the state, and up to which sequence it holds every record
 *   log.checkpoint(sequence);                       // on record: a saved state covers this
 *   log.truncate(sequence);                         // and only then forgotten; what others have appended since stays
 * }
 *
 * try (WriteAheadLog log = WriteAheadLog.open(Path.of("data/wal"));
 *     WalCursor cursor = log.replay(log.lastCheckpointCovers())) {
 *   cursor.forEachRemaining(state::apply);          // after a restart: what is not in your own files yet
 *   cursor.requireComplete();                       // throws if damage ended the loop: half a state is none
 * }
 * }</pre>
 *
 * {@code checkpoint()} without a sequence covers everything appended so far, also what other threads appended after the state was saved: it
 * is for logs with one writer. {@code PATTERNS.md} has whole programs: a map, a queue, an outbox, a state machine.
 *
 * <p>Records are numbered from 1 without gaps; a batch's COMMIT and each CHECKPOINT take a number too. {@link
 * dev.syncline.SyncMode} says when a record is durable: on return, after an interval, or on request. {@link
 * dev.syncline.WalOptions} has the rest.
 *
 * <h2>How one record travels</h2>
 *
 * <ol>
 *   <li><b>Append.</b> {@code put} checks sizes, turns key and value into one opaque payload, and passes it to
 *       {@link dev.syncline.log.SegmentedLog}, which knows nothing of keys.
 *   <li><b>Frame.</b> The commit queue gives the record its sequence and copies it into the open <em>frame</em>, under a short
 *       lock. Other threads put theirs behind it. If nobody is writing, this thread takes the frame and leads; otherwise it
 *       waits, and the frame fills up meanwhile. So one thread alone pays for one write, and many threads share one.
 *   <li><b>Durable write.</b> The leader adds checksums (seeded with the segment's epoch), a header that carries the frame's own
 *       place, the checksum of the frame before, and a promise: the highest sequence already known durable. It pads the frame to
 *       whole blocks and writes it to the tail segment in one durable operation. The space was zero-filled ahead of need, so the
 *       file system has nothing to add. No byte that was acknowledged is ever written again.
 *   <li><b>Acknowledged.</b> When the write has returned, the durable end moves, readers see the frame, everyone in it is woken,
 *       and the next leader is already writing. If the write failed, everyone gets the failure and the log takes no more
 *       appends: what a failed sync left behind is unknown, and asking again would not tell.
 *   <li><b>Rotation.</b> A full segment is sealed with an index and a list of the types in it, and a prepared file becomes the
 *       next one. Nothing is written there before everything here is durable.
 *   <li><b>Crash.</b> On disk is everything acknowledged, and any part of the frame that was being written.
 *   <li><b>Recovery.</b> Opening reads the newest segment frame by frame and judges each place where none is readable, by
 *       evidence: a later promise, a link, the mark file. No evidence: a torn tail, which is copied to {@code quarantine/} and
 *       cut. Evidence: damage, which is reported in {@link dev.syncline.WriteAheadLog#recovery} and never repaired behind your
 *       back ({@link dev.syncline.CorruptionPolicy}).
 *   <li><b>Replayed.</b> A cursor checks each frame again before it shows its first record, and shows batches whole or not at all.
 *   <li><b>Truncated.</b> When your state is safe elsewhere, {@code truncate} forgets records; their files are used again.
 *       They are full of old frames then, which never validate, for the epoch is another.
 * </ol>
 *
 * <h2>What to expect when things fail</h2>
 *
 * Every exception is a {@link dev.syncline.SynclineException} with file, place, expected and found, or the file system's own.
 * {@link dev.syncline.StorageFullException}: nothing changed, truncate or make room, go on.
 * {@link dev.syncline.LogFailedException}: a write or sync failed; the outcome of what was in flight is unknown; close and
 * reopen. {@link dev.syncline.CorruptLogException}: durable bytes are unreadable; the rest can be read.
 * {@link dev.syncline.LogLockedException} and {@link dev.syncline.LogFencedException}: somebody else owns the directory.
 *
 * <h2>Reading on</h2>
 *
 * {@code FORMAT.md}, then {@code Layout} and {@code FrameHeader} in {@code dev.syncline.format}; {@code CommitQueue}, {@code
 * SegmentScanner} and {@code Judge} in {@code dev.syncline.log}; {@link dev.syncline.io.Storage}, the whole border to the
 * operating system.
 */
package dev.syncline;
