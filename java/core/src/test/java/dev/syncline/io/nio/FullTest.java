package dev.syncline.io.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.syncline.StorageFullException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A broken disk is never taken for a full one, in whatever language it is told of. */
class FullTest {
  /** No disk has room for so much. */
  private static final long TOO_MUCH_BYTES = Long.MAX_VALUE;

  @TempDir private Path directory;

  private boolean isFull(Full full, String text, long lengthBytes) {
    return full.isFull(new IOException(text), directory.resolve("a.wal"), lengthBytes);
  }

  @ParameterizedTest
  @CsvSource({
    "Auf dem Gerät ist kein Speicherplatz mehr verfügbar, Eingabe-/Ausgabefehler",
    "Aucun espace disponible sur le périphérique, Erreur d'entrée/sortie",
    "デバイスに空き領域がありません, 入力/出力エラーです",
    "На устройстве не осталось свободного места, Ошибка ввода/вывода",
    "No space left on device, Input/output error"
  })
  void theTextOfThisProcessIsTheOnlyEvidence(String ofFullDisk, String ofBrokenDisk) {
    Full full = new Full(Optional.of(ofFullDisk));
    assertThat(isFull(full, ofFullDisk, 1)).isTrue();
    assertThat(isFull(full, ofBrokenDisk, 1)).isFalse();
    assertThat(isFull(full, ofBrokenDisk, TOO_MUCH_BYTES)).as("a broken disk that has no room either").isFalse();
    assertThat(isFull(full, ofBrokenDisk + ": " + ofFullDisk, TOO_MUCH_BYTES)).as("a text that only contains it").isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {
    "No space left on device", "Disk quota exceeded", "Quota exceeded", "Disc quota exceeded", "There is not enough space on the disk"
  })
  void whatCLibrariesSayInEnglishIsKnownEverywhere(String text) {
    assertThat(isFull(new Full(Optional.of("Kein Platz")), text, 1)).isTrue();
    assertThat(isFull(new Full(Optional.empty()), text, 1)).isTrue();
    assertThat(Full.here().explained(new IOException(text), directory.resolve("a.wal"), 0, 1)).isInstanceOf(StorageFullException.class);
  }

  @Test
  void whereNoTextIsKnownTheRoomThatIsLeftDecides() {
    assumeTrue(roomCanBeAsked(), "the JDK cannot tell the room that is left where / is no mount point, as in a chroot");
    Full full = new Full(Optional.empty());
    assertThat(isFull(full, "irgendetwas", 1)).isFalse();
    assertThat(isFull(full, "irgendetwas", TOO_MUCH_BYTES)).isTrue();
    assertThat(full.isFull(new IOException("irgendetwas"), directory.resolve("none/a.wal"), TOO_MUCH_BYTES)).as("cannot be asked").isFalse();
  }

  private boolean roomCanBeAsked() {
    try {
      return Files.getFileStore(directory).getUsableSpace() > 0;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void anErrorWithoutATextIsNotAFullDisk() {
    for (Full full : new Full[] {Full.here(), new Full(Optional.empty())})
      assertThat(full.isFull(new IOException((String) null), directory.resolve("a.wal"), TOO_MUCH_BYTES)).isFalse();
  }

  @Test
  void anErrorOfANameTellsItsReasonApart() {
    IOException full = new FileSystemException("No space left on device", null, "Input/output error");
    assertThat(Full.here().isFull(full, directory.resolve("a.wal"), TOO_MUCH_BYTES)).isFalse();
    IOException ofName = new FileSystemException("a.wal", null, "No space left on device");
    assertThat(Full.here().isFull(ofName, directory.resolve("a.wal"), 1)).isTrue();
  }

  @Test
  void theTextOfThisProcessIsLearntWhereThereIsADeviceWithoutRoom() throws IOException {
    Path device = Path.of("/dev/full");
    assumeTrue(Files.exists(device), "no /dev/full here");
    try {
      Files.write(device, new byte[1], StandardOpenOption.WRITE);
      throw new AssertionError("expected an error, found room in " + device);
    } catch (IOException e) {
      assertThat(Full.here().isFull(e, directory.resolve("a.wal"), 1)).isTrue();
    }
    assertThat(isFull(Full.here(), "irgendetwas", TOO_MUCH_BYTES)).as("the room is not asked where the text is known").isFalse();
  }

  @Test
  void whatIsThrownNamesThePlaceAndKeepsTheCause() {
    IOException broken = new IOException("Input/output error");
    assertThat(Full.here().explained(broken, directory.resolve("a.wal"), 4096, TOO_MUCH_BYTES))
        .isNotInstanceOf(StorageFullException.class)
        .hasMessageContainingAll("a.wal", "4096", "Input/output error")
        .hasCause(broken);
    IOException interrupted = new ClosedByInterruptException();
    assertThat(Full.here().explained(interrupted, directory.resolve("a.wal"), 0, 1)).isSameAs(interrupted);
  }
}
