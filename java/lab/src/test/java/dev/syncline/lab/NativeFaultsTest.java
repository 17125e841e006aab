package dev.syncline.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.StorageMode;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import dev.syncline.io.Storage;
import dev.syncline.lab.SystemFault.Effect;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Faults in the table of system calls beneath the native storage. */
@Tag("laboratory")
@Tag("faults")
class NativeFaultsTest extends SystemFaultContract {
  private static FaultyLibrary library;

  @BeforeAll
  static void load() {
    library = FaultyLibrary.loaded();
  }

  @Override
  protected FaultySystem system() {
    return library;
  }

  @Override
  protected Storage openStorage(Path directory) throws IOException {
    return StoragesUnderTest.nativeStorage(directory);
  }

  @Test
  void whatAnOpenRefusedIsSaid() throws IOException {
    Files.createDirectory(directory());
    library.watch(directory());
    library.arm(SystemFault.of(SystemCall.OPEN, Effect.FAIL_DIRECT, SystemError.EINVAL).forever());
    WalOptions options = WalOptions.builder().storage(StorageMode.NATIVE).build();
    try (WriteAheadLog log = WriteAheadLog.open(directory(), options)) {
      assertThat(log.storage().reason()).contains("native", "refuses O_DIRECT", "EINVAL", "space is reserved ahead");
      assertThat(log.append(bytes("durable all the same"))).isEqualTo(1);
    }
    assertThat(library.count(SystemCall.WRITE_DURABLE)).isPositive();
  }
}
