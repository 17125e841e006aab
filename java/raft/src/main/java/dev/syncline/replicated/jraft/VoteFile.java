package dev.syncline.replicated.jraft;

import com.alipay.sofa.jraft.core.NodeImpl;
import com.alipay.sofa.jraft.entity.EnumOutter.ErrorType;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.error.RaftException;
import com.alipay.sofa.jraft.option.RaftMetaStorageOptions;
import com.alipay.sofa.jraft.storage.RaftMetaStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The term a node is in and whom it has voted for in it, durable before either is told to anybody. JRaft's own file has no checksum: a bit
 * that flips in it could make a node vote twice.
 */
final class VoteFile implements RaftMetaStorage {
  private static final System.Logger LOG = System.getLogger("dev.syncline.replicated");
  private static final String VERSION = "syncline-vote 1";
  private final Path file;
  private final Consumer<Exception> troubles;
  private NodeImpl node;
  private volatile long term;
  private volatile PeerId votedFor = PeerId.emptyPeer();

  /** @param troubles told why the file could not be read or written */
  VoteFile(Path directory, Consumer<Exception> troubles) {
    this.file = directory.resolve("vote");
    this.troubles = troubles;
  }

  @Override
  public boolean init(RaftMetaStorageOptions options) {
    node = options.getNode();
    try {
      Files.createDirectories(file.getParent());
      Optional<List<String>> lines = SealedText.read(file, NodeIdentity.ADVICE);
      if (lines.isPresent()) parse(lines.get());
      return true;
    } catch (IOException e) {
      troubles.accept(e);
      LOG.log(System.Logger.Level.ERROR, e.getMessage(), e);
      return false;
    }
  }

  private void parse(List<String> lines) throws IOException {
    if (lines.size() != 3 || !lines.get(0).equals(VERSION) || !lines.get(1).matches("term \\d+") || !lines.get(2).startsWith("voted "))
      throw new IOException(file + ": expected \"" + VERSION + "\", a term and a vote, found " + lines);
    PeerId peer = new PeerId();
    String voted = lines.get(2).substring("voted ".length());
    if (!voted.equals("-") && !peer.parse(voted)) throw new IOException(file + ": expected an address, found \"" + voted + "\"");
    term = Long.parseLong(lines.get(1).substring("term ".length()));
    votedFor = peer;
  }

  private boolean save(long newTerm, PeerId vote) {
    try {
      SealedText.write(file, List.of(VERSION, "term " + newTerm, "voted " + (vote.isEmpty() ? "-" : vote.toString())));
      term = newTerm;
      votedFor = vote.copy();
      return true;
    } catch (IOException e) {
      IOException trouble = new IOException("this node's vote: " + e.getMessage(), e);
      troubles.accept(trouble);
      LOG.log(System.Logger.Level.ERROR, trouble.getMessage(), e);
      // A node that cannot write its vote down must not give one.
      node.onError(new RaftException(ErrorType.ERROR_TYPE_META, RaftError.EIO, trouble.getMessage()));
      return false;
    }
  }

  @Override
  public boolean setTerm(long newTerm) {
    return save(newTerm, votedFor);
  }

  @Override
  public long getTerm() {
    return term;
  }

  @Override
  public boolean setVotedFor(PeerId peer) {
    return save(term, peer);
  }

  @Override
  public PeerId getVotedFor() {
    return votedFor.copy();
  }

  @Override
  public boolean setTermAndVotedFor(long newTerm, PeerId peer) {
    return save(newTerm, peer);
  }

  @Override
  public void shutdown() {}
}
