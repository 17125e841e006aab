/** SOFAJRaft as the consensus of a replicated log, and bolt, its transport, as the way to it. Nothing else here knows either. */
package dev.syncline.replicated.jraft;
