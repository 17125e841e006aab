package dev.syncline.io;

import dev.syncline.StorageMode;
import dev.syncline.io.Storage.Access;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/** What a process of its own does in {@link OtherRuntimesTest}: opens the storage twice and says which it was and why. */
final class ChildOpening {
  private ChildOpening() {}

  public static void main(String[] arguments) {
    Path directory = Path.of(arguments[0]);
    StorageMode mode = StorageMode.valueOf(arguments[1]);
    say("locale " + Locale.getDefault());
    for (int i = 0; i < 2; i++) {
      try {
        say("opened " + opened(directory, mode));
      } catch (IOException e) {
        say("refused " + e.getMessage());
      } catch (Throwable e) {
        say("died of " + e);
      }
    }
  }

  private static String opened(Path directory, StorageMode mode) throws IOException {
    Storages.createDirectory(directory);
    Storages.Choice choice = Storages.open(directory, mode, AlignedBuffers.ALIGNMENT_BYTES);
    try (Storage storage = choice.storage()) {
      try (SegmentFile file = storage.create("a.tmp", 0)) {
        ByteBuffer block = AlignedBuffers.allocate(AlignedBuffers.ALIGNMENT_BYTES);
        file.writeDurably(block, 0);
        // So that a message with numbers in it is written too.
        try (SegmentFile reader = storage.open("a.tmp", Access.READ)) {
          reader.read(ByteBuffer.allocate(8), -4096);
        } catch (IllegalArgumentException e) {
          say("said " + e.getMessage());
        }
      }
      storage.delete("a.tmp");
      say("probe " + Storage.newProbeName());
      return storage.traits().name() + " storage; " + choice.reason() + "; " + storage.list();
    }
  }

  /** In bytes that mean the same in every locale. */
  private static void say(String line) {
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    System.out.write(bytes, 0, bytes.length);
    System.out.flush();
  }
}
