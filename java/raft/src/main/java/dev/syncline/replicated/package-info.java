/**
 * A write-ahead log on several machines: {@link dev.syncline.replicated.ReplicatedLog} is one node of a group, {@link
 * dev.syncline.replicated.ReplicatedLogClient} a user of it elsewhere.
 *
 * <p>Below, {@code LogState} is what every node has (a Syncline log, and which request was answered how), {@link
 * dev.syncline.replicated.ConsensusEngine} is all that is asked of a consensus library, and {@code Command} is what goes through
 * it. Only the package {@code jraft} knows one.
 */
package dev.syncline.replicated;
