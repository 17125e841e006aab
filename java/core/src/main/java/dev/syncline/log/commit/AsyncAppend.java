package dev.syncline.log.commit;

import java.util.concurrent.CompletableFuture;

/**
 * An append that nobody waits for: its sequences are given, its durability comes later.
 *
 * @param first sequence of the first record
 * @param count records
 * @param durable completes with the last record's sequence when all of them are durable
 */
public record AsyncAppend(long first, int count, CompletableFuture<Long> durable) {}
