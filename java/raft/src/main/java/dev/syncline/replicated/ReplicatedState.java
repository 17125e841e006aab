package dev.syncline.replicated;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * What a {@link ConsensusEngine} keeps alike on every node: it hands over every committed command once, in order, and moves the
 * whole of it in snapshots. All calls come from one thread at a time, each seeing what the one before did.
 */
public interface ReplicatedState {

  /**
   * Applies a committed command. The same commands in the same order give the same results on every node.
   *
   * @param index the command's place in the engine's log: above that of every command before it, with gaps
   * @return what the proposer gets, if it waits on this node
   * @throws IOException if this node can go no further: the engine must stop applying, for good
   */
  byte[] apply(long index, ByteBuffer command) throws IOException;

  /**
   * Writes everything that was applied into a directory that exists, durably. The engine may cut its log up to here as soon as it
   * has made the directory's name durable.
   *
   * @return the files written, relative to the directory, with {@code /} between parts
   */
  List<String> save(Path directory) throws IOException;

  /** Becomes what {@link #save} wrote, here or on another node; what was applied before is forgotten. The directory is left as it is. */
  void load(Path directory) throws IOException;
}
