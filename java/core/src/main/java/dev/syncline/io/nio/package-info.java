/**
 * The portable storage: {@link dev.syncline.io.Storage} on {@link java.nio.channels.FileChannel}, with O_DIRECT where it
 * works.
 */
package dev.syncline.io.nio;
