package dev.syncline.log.threads;

/** What many logs of a process share. */
public record Shared(SharedThreads threads, SharedBuffers buffers, RoundThread observers) {}
