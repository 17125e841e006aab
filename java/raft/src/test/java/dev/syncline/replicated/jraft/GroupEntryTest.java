package dev.syncline.replicated.jraft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.CorruptLogException;
import dev.syncline.Damage;
import dev.syncline.StorageFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a group and its nodes write down of themselves. */
class GroupEntryTest {
  private static final UUID GROUP = new UUID(0x0102030405060708L, 0x090a0b0c0d0e0f10L);
  private static final UUID ONE = new UUID(0, 1);
  private static final UUID TWO = new UUID(0, 2);

  @TempDir Path temporary;

  @Test
  void theBytesOfAnEntryAreTheseForEver() {
    byte[] bytes = GroupEntry.command(GROUP, new byte[] {7, 8}).array();
    assertThat(HexFormat.of().formatHex(bytes)).isEqualTo("01" + "00" + "0102030405060708090a0b0c0d0e0f10" + "0708");
    assertThat(GroupEntry.change(GROUP, List.of("remove a:1")).get(1)).isEqualTo((byte) 1);
  }

  @Test
  void anEntryOfThisGroupIsUnderstood() throws IOException {
    GroupEntry command = GroupEntry.decode(5, GroupEntry.command(GROUP, new byte[] {7, 8}), GROUP);
    assertThat(command.members()).isFalse();
    assertThat(command.body().remaining()).isEqualTo(2);
    assertThat(GroupEntry.decode(6, GroupEntry.change(GROUP, List.of("remove a:1", "returned b:2")), GROUP).lines())
        .containsExactly("remove a:1", "returned b:2");
  }

  @Test
  void anEntryOfAnotherGroupOrOfANewerReleaseStopsTheNodeBeforeItIsApplied() {
    ByteBuffer entry = GroupEntry.command(GROUP, new byte[] {7});
    assertThatThrownBy(() -> GroupEntry.decode(5, entry, ONE)).isInstanceOf(IOException.class)
        .hasMessageContaining("entry 5").hasMessageContaining("another group");
    ByteBuffer newer = GroupEntry.command(GROUP, new byte[] {7}).put(0, (byte) 2);
    assertThatThrownBy(() -> GroupEntry.decode(5, newer, GROUP)).isInstanceOf(IOException.class)
        .hasMessageContaining("found version 2").hasMessageContaining("Run the same release");
    ByteBuffer newKind = GroupEntry.command(GROUP, new byte[] {7}).put(1, (byte) 2);
    assertThatThrownBy(() -> GroupEntry.decode(5, newKind, GROUP)).hasMessageContaining("kind 2");
    assertThatThrownBy(() -> GroupEntry.decode(5, ByteBuffer.allocate(17), GROUP)).hasMessageContaining("found 17");
  }

  @Test
  void membersAreWhatTheChangesMadeThem() {
    Members founded = MemberChanges.founding(Map.of("a:1", ONE, "b:1", TWO));
    assertThat(founded.incarnation("a:1")).contains(ONE);
    UUID again = new UUID(0, 3);
    Members returned = founded.after(List.of(Members.returning("a:1", "voter"))).after(List.of(Members.admit("a:1", again)));
    assertThat(returned.returning()).containsEntry("a:1", "voter");
    assertThat(returned.isGone(ONE)).isTrue();
    assertThat(returned.isGone(again)).isFalse();
    Members left = returned.after(List.of(Members.returned("a:1"), Members.remove("b:1")));
    assertThat(left.returning()).isEmpty();
    assertThat(left.incarnation("b:1")).isEmpty();
    assertThat(left.isGone(TWO)).isTrue();
    assertThat(Members.parse(left.lines())).isEqualTo(left);
    assertThat(founded.isBefore(left)).isTrue();
    assertThat(left.isBefore(Members.parse(left.lines()))).isFalse();
    assertThatThrownBy(() -> left.after(List.of("something new"))).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aSnapshotOfANewerReleaseAndADamagedOneAreNotLoaded() throws IOException {
    NodeIdentity.fresh("a:1").in(GROUP, List.of("a:1"), MemberChanges.founding(Map.of("a:1", ONE))).write(temporary);
    AppliedCommands applied = new AppliedCommands(null, Group.open(temporary, "a:1", List.of("a:1")));
    AppliedCommands.writeMembers(temporary, GROUP, Members.NONE);
    Path file = temporary.resolve(AppliedCommands.MEMBERS_FILE);
    assertThat(applied.readMembers(file)).isEqualTo(Members.NONE);
    SealedText.write(file, List.of("syncline-snapshot 2", "group " + GROUP));
    assertThatThrownBy(() -> applied.readMembers(file)).isInstanceOf(IOException.class).hasMessageContaining("newer release");
    Files.writeString(file, Files.readString(file).replace("2\n", "1\n"));
    assertThatThrownBy(() -> applied.readMembers(file)).hasMessageContaining("checksum").hasMessageContaining(file.toString());
    AppliedCommands.writeMembers(temporary, ONE, Members.NONE);
    assertThatThrownBy(() -> applied.readMembers(file)).hasMessageContaining("a snapshot of another group");
  }

  @Test
  void troublesNameTheFileAndWhatToDoWithANodeOfAGroup() {
    Damage damage = new Damage(Path.of("/d/raft/log/1.wal"), 4096, "expected a, found b", 3, 9);
    IOException wrapped = new IOException("could not open", new CorruptLogException(damage, "Truncate past the damage, or repair it"));
    assertThat(Troubles.explained(wrapped)).hasMessageContaining("/d/raft/log/1.wal at offset 4096")
        .hasMessageContaining("Do not repair it").hasMessageContaining("--join")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("Truncate"));
    assertThat(Troubles.explained(new StorageFullException("/d/state: ENOSPC"))).hasMessageContaining("/d/state: ENOSPC")
        .hasMessageContaining("on its disk");
    assertThat(Troubles.explained(Troubles.explained(wrapped)).getCause()).isSameAs(wrapped);
  }
}
