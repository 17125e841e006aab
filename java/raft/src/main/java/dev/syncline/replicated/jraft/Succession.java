package dev.syncline.replicated.jraft;

import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.entity.PeerId;
import dev.syncline.replicated.UnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * To whom a leader hands over, and how often. From when it begins until the other one leads, or for as long as an election may take, the
 * group takes nothing, changes of its members neither. So nobody is chosen who could not lead, and after each attempt the group has time to
 * work before the next one, whoever asks for it and however often. For one thread at a time.
 */
final class Succession {
  private static final int REST_ELECTIONS = 4;
  private final Node node;
  private final Group group;
  private final Presence presence;

  /** What was tried last, and when; nothing before the first time. */
  private Optional<PeerId> tried = Optional.empty();

  private long triedNanos;

  Succession(Node node, Group group, Presence presence) {
    this.node = node;
    this.group = group;
    this.presence = presence;
  }

  /** Begins to hand over to one voter. */
  void handOverTo(PeerId heir) throws UnavailableException {
    Optional<String> absence = presence.absence(heir);
    if (absence.isPresent()) throw stays(absence.get());
    begin(heir);
  }

  /** Begins to hand over to whoever can lead, to each in turn if it is tried again. */
  void handOverToAnother() throws UnavailableException {
    PeerId self = MemberChanges.peer(group.address());
    List<PeerId> others = new ArrayList<>(node.listPeers());
    others.remove(self);
    int first = tried.map(others::indexOf).orElse(-1) + 1;
    List<String> absences = new ArrayList<>();
    for (int i = 0; i < others.size(); i++) {
      PeerId each = others.get((first + i) % others.size());
      Optional<String> absence = presence.absence(each);
      if (absence.isEmpty()) {
        begin(each);
        return;
      }
      absences.add(absence.get());
    }
    throw stays(absences.isEmpty() ? "there is no other voter" : String.join("; ", absences));
  }

  private void begin(PeerId heir) throws UnavailableException {
    long restMillis = (1 + REST_ELECTIONS) * (long) node.getOptions().getElectionTimeoutMs();
    long leftMillis = restMillis - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - triedNanos);
    if (tried.isPresent() && leftMillis > 0)
      throw stays(tried.get() + " has not taken over, and the group works for " + leftMillis + " ms before the next attempt");
    Status status = node.transferLeadershipTo(heir);
    if (!status.isOk()) throw stays(status.getErrorMsg());
    tried = Optional.of(heir);
    triedNanos = System.nanoTime();
  }

  private UnavailableException stays(String why) {
    return new UnavailableException(group.address() + " goes on leading: " + why);
  }
}
