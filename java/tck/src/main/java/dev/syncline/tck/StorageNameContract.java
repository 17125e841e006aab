package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.syncline.io.DirectoryLock;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import dev.syncline.io.Storage.Access;
import dev.syncline.io.StorageTraits;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Of {@link StorageContract}: names, directories, and what is closed. */
abstract class StorageNameContract extends StorageTransferContract {
  // Names.

  @Test
  void creatingATakenNameFailsAndChangesNothing() throws IOException {
    create("a.wal").writeDurably(blocks(1, 23), 0);
    assertThatThrownBy(() -> create("a.wal")).isInstanceOf(FileAlreadyExistsException.class);
    assertThat(onDisk("a.wal")).isEqualTo(bytes(blocks(1, 23)));
  }

  @ParameterizedTest
  @EnumSource
  void openingAMissingFileFailsAndCreatesNothing(Access access) throws IOException {
    assertThatThrownBy(() -> open("a.wal", access)).isInstanceOf(NoSuchFileException.class);
    assertThat(storage.list()).isEmpty();
  }

  @Test
  void theListHoldsPlainFilesOnly() throws IOException {
    create("a.wal");
    given("b.tmp", new byte[3]);
    Files.createDirectory(directory.resolve("quarantine"));
    assertThat(storage.list()).containsExactlyInAnyOrder("a.wal", "b.tmp");
  }

  @Test
  void aRenamedFileIsFoundUnderItsNewNameOnly() throws IOException {
    create("a.tmp").writeDurably(blocks(1, 24), 0);
    storage.rename("a.tmp", "a.wal");
    assertThat(storage.list()).containsExactly("a.wal");
    assertThat(onDisk("a.wal")).isEqualTo(bytes(blocks(1, 24)));
  }

  @Test
  void renamingReplacesAFileOfThatName() throws IOException {
    create("a.tmp").writeDurably(blocks(1, 25), 0);
    create("a.wal").writeDurably(blocks(2, 26), 0);
    storage.rename("a.tmp", "a.wal");
    assertThat(storage.list()).containsExactly("a.wal");
    assertThat(onDisk("a.wal")).isEqualTo(bytes(blocks(1, 25)));
  }

  @Test
  void anOpenFileGoesOnThroughARename() throws IOException {
    SegmentFile file = create("a.tmp");
    file.write(blocks(1, 27), 0);
    storage.rename("a.tmp", "a.wal");
    file.writeDurably(blocks(1, 28), BLOCK_BYTES);
    file.sync();
    assertThat(onDisk("a.wal")).hasSize(2 * BLOCK_BYTES);
    assertThat(file.size()).isEqualTo(2L * BLOCK_BYTES);
  }

  @Test
  void renamingAMissingFileFails() {
    assertThatThrownBy(() -> storage.rename("a.tmp", "a.wal")).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void aDeletedFileIsGoneAndItsNameFree() throws IOException {
    create("a.wal").writeDurably(blocks(1, 29), 0);
    storage.delete("a.wal");
    assertThat(storage.list()).isEmpty();
    assertThat(create("a.wal").size()).isZero();
  }

  @Test
  void deletingAMissingFileFails() {
    assertThatThrownBy(() -> storage.delete("a.wal")).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void anOpenFileStaysReadableAfterItWasDeleted() throws IOException {
    create("a.wal").writeDurably(blocks(2, 30), 0);
    SegmentFile reader = open("a.wal", Access.READ);
    storage.delete("a.wal");
    assertThat(read(reader, 0, 2 * BLOCK_BYTES)).isEqualTo(bytes(blocks(2, 30)));
  }

  @Test
  void aLinkIsTheSameFileInAnotherDirectory() throws IOException {
    try (Storage other = storage.in(directory.resolve("copy"))) {
      other.createDirectory();
      SegmentFile file = create("a.wal");
      file.writeDurably(blocks(1, 31), 0);
      assumeTrue(storage.link("a.wal", other), "no hard links here");
      assertThat(onDisk("copy/a.wal")).isEqualTo(bytes(blocks(1, 31)));
      file.writeDurably(blocks(1, 32), 0);
      assertThat(onDisk("copy/a.wal")).isEqualTo(bytes(blocks(1, 32)));
    }
  }

  @Test
  void theLinkCountFollowsLinksAndDeletions() throws IOException {
    try (Storage other = storage.in(directory.resolve("copy"))) {
      other.createDirectory();
      create("a.wal");
      assertThat(storage.linkCount("a.wal")).isIn(0, 1);
      assumeTrue(storage.linkCount("a.wal") == 1 && storage.link("a.wal", other), "links cannot be made or counted here");
      assertThat(storage.linkCount("a.wal")).isEqualTo(2);
      other.delete("a.wal");
      assertThat(storage.linkCount("a.wal")).isEqualTo(1);
    }
  }

  @Test
  void linkingOntoATakenNameFails() throws IOException {
    try (Storage other = storage.in(directory.resolve("copy"))) {
      other.createDirectory();
      create("a.wal");
      other.create("a.wal", 0).close();
      assertThatThrownBy(() -> storage.link("a.wal", other)).isInstanceOf(FileAlreadyExistsException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "../a.wal", "d/a.wal", "d\\a.wal", "/a.wal", ".hidden", DirectoryLock.FILE_NAME})
  void aNameThatIsNotPlainIsRefused(String name) throws IOException {
    create("a.wal");
    List<Attempt> named = List.of(
        () -> storage.create(name, 0),
        () -> storage.open(name, Access.READ),
        () -> storage.rename("a.wal", name),
        () -> storage.rename(name, "a.wal"),
        () -> storage.link(name, storage),
        () -> storage.linkCount(name),
        () -> storage.delete(name));
    for (Attempt attempt : named) assertThatThrownBy(attempt::run).isInstanceOf(IllegalArgumentException.class);
    assertThat(storage.list()).containsExactly("a.wal");
  }

  @Test
  void aFileKnowsItsNameAndPath() throws IOException {
    SegmentFile file = create("a.wal");
    assertThat(file.name()).isEqualTo("a.wal");
    assertThat(file.path()).isEqualTo(directory.resolve("a.wal"));
  }

  // Directories.

  @Test
  void theDirectoryCanBeSyncedAgainAndAgain() throws IOException {
    storage.syncDirectory();
    create("a.wal");
    storage.syncDirectory();
    storage.delete("a.wal");
    storage.syncDirectory();
  }

  @Test
  void aDirectoryIsCreatedWithItsParents() throws IOException {
    Path deep = directory.resolve("x/y/z");
    try (Storage other = storage.in(deep)) {
      other.createDirectory();
      assertThat(deep).isDirectory();
      assertThat(other.traits()).isEqualTo(storage.traits());
      other.create("a.wal", 0).close();
      assertThat(other.list()).containsExactly("a.wal");
    }
  }

  @Test
  void creatingADirectoryThatExistsChangesNothing() throws IOException {
    create("a.wal");
    storage.createDirectory();
    assertThat(storage.list()).containsExactly("a.wal");
  }

  @Test
  void aFileWhereTheDirectoryShouldBeIsAnErrorThatNamesIt() throws IOException {
    given("x", new byte[1]);
    assertThatThrownBy(() -> {
          try (Storage other = storage.in(directory.resolve("x"))) {
            other.createDirectory();
          }
        })
        .isInstanceOf(IOException.class)
        .hasMessageContaining(directory.resolve("x").toString());
  }

  @Test
  void probingLeavesNoFileBehind() throws IOException {
    storage.traits();
    assertThat(storage.list()).isEmpty();
  }

  @Test
  void traitsDoNotChange() throws IOException {
    StorageTraits before = storage.traits();
    create("a.wal").writeDurably(blocks(1, 0), 0);
    assertThat(storage.traits()).isEqualTo(before);
    assertThat(before.name()).isNotEmpty();
    assertThat(before.directIo() || before.alignmentBytes() == 1).isTrue();
  }

  // After close.

  @Test
  void closingAFileTwiceIsFine() throws IOException {
    SegmentFile file = create("a.wal");
    file.close();
    file.close();
  }

  @Test
  void aClosedFileRefusesEveryOperationAndSaysSo() throws IOException {
    SegmentFile file = create("a.wal");
    file.writeDurably(blocks(1, 33), 0);
    file.close();
    for (Map.Entry<Op, Attempt> operation : operationsOn(file).entrySet())
      assertThatThrownBy(operation.getValue()::run)
          .as("%s", operation.getKey())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("a.wal")
          .hasMessageContaining("closed");
  }
}
