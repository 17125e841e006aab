/**
 * The contract kit: what any storage and any log must do, as JUnit classes with one factory to fill in, with disks that
 * record and fail.
 */
package dev.syncline.tck;
