/**
 * The native storage: {@link dev.syncline.io.Storage} on a small C library through JNA, for what Java lacks: reserved space, one-call
 * durable writes, true error numbers, and descriptors that an interrupt cannot close. Only this package sees JNA.
 */
package dev.syncline.io.jna;
