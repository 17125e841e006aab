/**
 * The contract kit: what any storage and any log must do, as JUnit classes with one factory to fill in, with disks that
 * record and fail.
 *
 * <p>For the author of a storage are {@link dev.syncline.tck.WalContract}, the contracts and scenarios that it is made of, {@link
 * dev.syncline.tck.ParityContract}, and the storages that go around his. What is public beside these is for the project's own modules, and
 * may change with any of them.
 */
package dev.syncline.tck;
