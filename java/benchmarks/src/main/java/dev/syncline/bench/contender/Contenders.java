package dev.syncline.bench.contender;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Every contender that runs in a JVM, by name. */
public final class Contenders {
  private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";
  private static final Map<String, Supplier<Contender>> ALL = new LinkedHashMap<>();

  static {
    ALL.put("syncline-native", SynclineContender::nativeStorage);
    ALL.put("syncline-direct", () -> SynclineContender.portableStorage(true));
    ALL.put("syncline-buffered", () -> SynclineContender.portableStorage(false));
    ALL.put("channel", ChannelContender::new);
    ALL.put("artemis-nio", () -> new ArtemisContender(ArtemisContender.Type.NIO));
    ALL.put("artemis-aio", () -> new ArtemisContender(ArtemisContender.Type.AIO));
    ALL.put("artemis-mapped", () -> new ArtemisContender(ArtemisContender.Type.MAPPED));
    ALL.put("rocksdb", RocksDbContender::new);
    ALL.put("sqlite", SqliteContender::new);
    ALL.put("bookkeeper", BookKeeperContender::new);
    ALL.put("chronicle", ChronicleContender::new);
    ALL.put("h2-mvstore", MvStoreContender::new);
  }

  /** What Chronicle asks for on JDK 17 and later. */
  private static final List<String> CHRONICLE =
      List.of(
          NATIVE_ACCESS,
          "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
          "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
          "--add-exports=jdk.unsupported/sun.misc=ALL-UNNAMED",
          "--add-exports=jdk.compiler/com.sun.tools.javac.file=ALL-UNNAMED",
          "--add-opens=jdk.compiler/com.sun.tools.javac=ALL-UNNAMED",
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
          "--add-opens=java.base/java.io=ALL-UNNAMED",
          "--add-opens=java.base/java.util=ALL-UNNAMED");

  private Contenders() {}

  public static List<String> names() {
    return List.copyOf(ALL.keySet());
  }

  /** Opens nothing yet. */
  public static Contender create(String name) {
    Supplier<Contender> supplier = ALL.get(name);
    if (supplier == null) throw new IllegalArgumentException("no contender is called " + name + "; there are " + names());
    return supplier.get();
  }

  public static boolean isSyncline(String name) {
    return name.startsWith("syncline");
  }

  /** What JVMs need that run it; {@code scratch} is a directory for files that outlive this call. */
  public static List<String> jvmArguments(String name, Path scratch) throws IOException {
    if (name.equals("chronicle")) return CHRONICLE;
    if (name.equals("artemis-aio")) return List.of(NATIVE_ACCESS, ArtemisLibrary.argument(scratch.resolve("native")));
    return List.of(NATIVE_ACCESS);
  }
}
