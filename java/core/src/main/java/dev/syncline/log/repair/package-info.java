/**
 * Builds a damaged log anew from everything that can be read of it: {@code Findings} tells what that is, {@code SalvageReader} reads it,
 * {@code NewLog} writes it through the engine into a directory of its own, and {@code Swap} puts that in the place of the damaged one,
 * whose files go to quarantine. The states on disk are in {@code FORMAT.md}.
 */
package dev.syncline.log.repair;
