package dev.syncline.replicated.jraft;

import dev.syncline.replicated.net.Hello;
import dev.syncline.replicated.net.NetClient;
import dev.syncline.replicated.net.RefusedException;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What a node does about its group without being asked: it founds it, waits to be added to it, and looks after those who lost it. */
final class GroupKeeper extends Thread {
  private static final System.Logger LOG = System.getLogger("dev.syncline.replicated");
  private static final long LOOK_MILLIS = 50;
  private static final long CARE_MILLIS = 200;
  private final JRaftEngine engine;
  private final Group group;
  private final NetClient net;
  private volatile boolean over;
  private String lastSaid = "";

  GroupKeeper(JRaftEngine engine, Group group, NetClient net) {
    super("syncline-group-" + group.address());
    setDaemon(true);
    this.engine = engine;
    this.group = group;
    this.net = net;
  }

  @Override
  public void run() {
    while (!over) {
      try {
        step();
        TimeUnit.MILLISECONDS.sleep(group.identity().belongsToNone() ? LOOK_MILLIS : CARE_MILLIS);
      } catch (InterruptedException e) {
        return;
      } catch (IOException | RuntimeException e) {
        say(e.getMessage());
        if (!pausedBriefly()) return;
      }
    }
  }

  private boolean pausedBriefly() {
    try {
      TimeUnit.MILLISECONDS.sleep(CARE_MILLIS);
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  /** Once, however often it is tried. */
  private void say(String what) {
    if (what == null || what.equals(lastSaid)) return;
    lastSaid = what;
    LOG.log(System.Logger.Level.INFO, "{0}: {1}", group.address(), what);
  }

  private void step() throws IOException, InterruptedException {
    if (group.identity().belongsToNone()) {
      lookForGroup();
      return;
    }
    engine.startNode();
    care();
  }

  /** Founds the group if it is this node that does, and all founders are there; nobody is left out of what they are called. */
  private void lookForGroup() throws IOException, InterruptedException {
    Map<String, UUID> incarnations = new TreeMap<>();
    incarnations.put(group.address(), group.identity().incarnation());
    for (String each : group.founders()) {
      if (each.equals(group.address())) continue;
      met(each).filter(Hello::belongsToNone).ifPresent(hello -> incarnations.put(each, hello.incarnation()));
    }
    if (group.isFounder() && incarnations.size() == group.founders().size()) {
      group.found(UUID.randomUUID(), MemberChanges.founding(incarnations));
      engine.identityChanged();
      engine.startNode();
    }
  }

  /** A group of this node alone is there at once. */
  void foundAlone() throws IOException {
    group.found(UUID.randomUUID(), MemberChanges.founding(Map.of(group.address(), group.identity().incarnation())));
  }

  private Optional<Hello> met(String address) throws InterruptedException {
    try {
      net.connect(address).get(CARE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RefusedException) say(e.getCause().getMessage());
    } catch (TimeoutException e) {
      return Optional.empty();
    }
    return net.hello(address);
  }

  private void care() throws IOException, InterruptedException {
    Optional<MemberChanges> changes = engine.changes();
    if (changes.isEmpty()) return;
    Set<String> others = new HashSet<>(engine.addresses());
    if (others.isEmpty()) others.addAll(group.identity().founders());
    others.addAll(changes.get().returning());
    others.remove(group.address());
    for (String each : others) {
      Optional<Hello> hello = met(each);
      // It was there when the group was founded, or was added, and has not learned of it.
      if (hello.isPresent() && hello.get().belongsToNone() && isInvited(each, hello.get())) inviteAgain(changes.get(), each);
    }
    if (!engine.leads()) return;
    if (changes.get().hasWork()) changes.get().bringBack();
  }

  private boolean isInvited(String address, Hello hello) {
    return group.identity().members().incarnation(address).filter(hello.incarnation()::equals).isPresent();
  }

  private void inviteAgain(MemberChanges changes, String address) throws IOException {
    NodeIdentity own = group.identity();
    List<String> founders = own.founders().contains(address) ? own.founders() : List.of();
    changes.invite(address, new Invitation(own.group(), founders, own.members()));
  }

  void end() {
    over = true;
    interrupt();
    boolean interrupted = false;
    try {
      join(TimeUnit.SECONDS.toMillis(10));
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) Thread.currentThread().interrupt();
  }
}
