/** A node's figures for Micrometer, which who uses this package has on his class path. */
package dev.syncline.replicated.metrics;
