package dev.syncline.example;

import dev.syncline.io.Storage;
import dev.syncline.tck.WalContract;
import java.io.IOException;
import java.nio.file.Path;

class MyStorageTest extends WalContract {
  @Override
  protected Storage openStorage(Path directory) throws IOException {
    return new MyStorage(directory);
  }
}
