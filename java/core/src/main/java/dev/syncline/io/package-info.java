/**
 * The border to the operating system: one directory ({@link dev.syncline.io.Storage}) of files written at offsets
 * ({@link dev.syncline.io.SegmentFile}).
 *
 * <p>Public methods check and pass the {@link dev.syncline.io.IoGate}, {@code doX} methods transfer bytes; so a third storage is about 150
 * lines and can be tested with the published contract kit. {@link dev.syncline.io.Storages} chooses one and says why;
 * {@link dev.syncline.io.DirectoryLock} keeps other processes out and fences the instance that was abandoned in this one.
 *
 * <p>This package is exported, for whoever writes such a storage: {@code Storage}, {@code SegmentFile}, {@code StorageTraits} and {@code
 * AlignedBuffers} are what he needs. The rest is public for the log's own modules.
 */
package dev.syncline.io;
