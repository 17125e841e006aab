/** Syncline beneath SOFAJRaft, as the log of its nodes, and on top of it, as a log that is replicated. */
package dev.syncline.raft;
