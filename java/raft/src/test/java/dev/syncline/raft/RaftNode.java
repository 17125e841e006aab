package dev.syncline.raft;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Iterator;
import com.alipay.sofa.jraft.JRaftUtils;
import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.RaftGroupService;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.core.StateMachineAdapter;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.entity.Task;
import com.alipay.sofa.jraft.error.RaftException;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotReader;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A node of a group whose state is the list of texts that were applied; its snapshots are made when asked for. */
final class RaftNode {
  static final String GROUP = "syncline-test";
  private static final long PATIENCE_SECONDS = 120;
  private static final String STATE_FILE = "texts";

  private final RaftGroupService service;
  private final Texts texts = new Texts();
  final Node node;

  /** Starts the node of a group of {@code peers}; its log, votes and snapshots lie in {@code home}. */
  RaftNode(Path home, PeerId me, String peers, LogSettings settings) throws IOException {
    Files.createDirectories(home);
    NodeOptions options = new NodeOptions();
    options.setServiceFactory(new SynclineServiceFactory(settings));
    options.setLogUri(home.resolve("log").toString());
    options.setRaftMetaUri(home.resolve("meta").toString());
    options.setSnapshotUri(home.resolve("snapshot").toString());
    options.setSnapshotIntervalSecs(0);
    options.setElectionTimeoutMs(500);
    options.setInitialConf(JRaftUtils.getConfiguration(peers));
    options.setFsm(texts);
    service = new RaftGroupService(GROUP, me, options);
    node = service.start();
  }

  boolean isLeader() {
    return node.isLeader(false);
  }

  List<String> texts() {
    return texts.applied;
  }

  RaftException error() {
    return texts.error;
  }

  /** Proposes a text; returns when it is committed and applied here. */
  Status apply(String text) throws Exception {
    CompletableFuture<Status> done = new CompletableFuture<>();
    node.apply(new Task(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), done::complete));
    return done.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  Status snapshot() throws Exception {
    CompletableFuture<Status> done = new CompletableFuture<>();
    node.snapshot(done::complete);
    return done.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  void stop() throws InterruptedException {
    service.shutdown();
    service.join();
  }

  private static final class Texts extends StateMachineAdapter {
    private final List<String> applied = new CopyOnWriteArrayList<>();
    private volatile RaftException error;

    @Override
    public void onApply(Iterator entries) {
      for (; entries.hasNext(); entries.next()) {
        applied.add(StandardCharsets.UTF_8.decode(entries.getData().duplicate()).toString());
        if (entries.done() != null) entries.done().run(Status.OK());
      }
    }

    @Override
    public void onSnapshotSave(SnapshotWriter writer, Closure done) {
      try {
        Files.write(Path.of(writer.getPath(), STATE_FILE), applied);
        done.run(writer.addFile(STATE_FILE) ? Status.OK() : new Status(-1, "the file was not taken"));
      } catch (IOException e) {
        done.run(new Status(-1, e.toString()));
      }
    }

    @Override
    public boolean onSnapshotLoad(SnapshotReader reader) {
      try {
        List<String> loaded = new ArrayList<>(Files.readAllLines(Path.of(reader.getPath(), STATE_FILE)));
        applied.clear();
        applied.addAll(loaded);
        return true;
      } catch (IOException e) {
        return false;
      }
    }

    @Override
    public void onError(RaftException e) {
      error = e;
    }
  }
}
