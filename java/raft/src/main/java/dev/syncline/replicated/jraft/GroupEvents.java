package dev.syncline.replicated.jraft;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** What a flight recording has of a group. On unless it is switched off there: they are rare. */
final class GroupEvents {
  private GroupEvents() {}

  @Name("syncline.LeaderChange")
  @Label("Leader Change")
  @Description("A node begins to lead or to follow, or knows of no leader any more")
  @Category({"Syncline", "Group"})
  @StackTrace(false)
  static final class LeaderChange extends Event {
    @Label("Node")
    String node;

    @Label("Leader")
    @Description("Its address; empty if there is none")
    String leader;

    @Label("Term")
    @Description("-1 where a leader has stopped to lead")
    long term;
  }

  static void leaderChanged(String node, String leader, long term) {
    LeaderChange event = new LeaderChange();
    event.node = node;
    event.leader = leader;
    event.term = term;
    event.commit();
  }

  @Name("syncline.MembersChange")
  @Label("Members Change")
  @Description("A node has applied a change of who has joined the group")
  @Category({"Syncline", "Group"})
  @StackTrace(false)
  static final class MembersChange extends Event {
    @Label("Node")
    String node;

    @Label("Change")
    String change;
  }

  static void membersChanged(String node, String change) {
    MembersChange event = new MembersChange();
    event.node = node;
    event.change = change;
    event.commit();
  }
}
