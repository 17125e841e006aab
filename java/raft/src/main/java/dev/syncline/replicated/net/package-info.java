/** Connections between nodes, and from clients to nodes: who is there, what may be said, and how much of it at a time. Not for users. */
package dev.syncline.replicated.net;
