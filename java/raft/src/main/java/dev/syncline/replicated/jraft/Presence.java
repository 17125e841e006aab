package dev.syncline.replicated.jraft;

import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.entity.PeerId;
import dev.syncline.replicated.net.Hello;
import dev.syncline.replicated.net.NetClient;
import java.util.Optional;

/** Which voters are there and count, as far as a leader knows. */
record Presence(Node node, Group group, NetClient net) {

  /** Why a voter neither votes nor leads now, if that is so. */
  Optional<String> absence(PeerId voter) {
    if (voter.toString().equals(group.address())) return Optional.empty();
    Optional<Hello> hello = net.hello(voter.toString());
    if (hello.isPresent() && !group.isFellow(hello.get()))
      return Optional.of(voter + " has lost its directory, and is not in the group again yet");
    return hello.isPresent() && hasAnswered(voter) ? Optional.empty() : Optional.of(voter + " does not answer");
  }

  /** Within the time that a leader has to hear of half of them, so an election's. */
  private boolean hasAnswered(PeerId voter) {
    try {
      return node.listAlivePeers().contains(voter);
    } catch (IllegalStateException e) {
      return false; // It leads no more, and knows of nobody.
    }
  }
}
