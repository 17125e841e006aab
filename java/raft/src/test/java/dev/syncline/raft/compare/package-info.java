/** JRaft's own log, on RocksDB, beside this one: see README.md for how it is run. */
package dev.syncline.raft.compare;
