/** The commands {@code syncline node}, which starts one node of a replicated log, and {@code syncline cluster demo}, which kills some. */
package dev.syncline.cluster;
