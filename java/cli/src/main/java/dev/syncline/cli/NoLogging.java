package dev.syncline.cli;

/**
 * The configuration of {@code java.util.logging} in a command: no handler. It is named by a property and made by that package when somebody
 * logs, so a command that has nothing to log does not load it.
 */
public final class NoLogging {}
