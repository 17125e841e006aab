package dev.syncline.bench.contender;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Every contender that runs in a JVM, by name. */
public final class Contenders {
  private static final Map<String, Supplier<Contender>> ALL = new LinkedHashMap<>();

  static {
    ALL.put("syncline-native", SynclineContender::nativeStorage);
    ALL.put("syncline-direct", () -> SynclineContender.portableStorage(true));
    ALL.put("syncline-buffered", () -> SynclineContender.portableStorage(false));
    ALL.put("channel", ChannelContender::new);
  }

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

  /** What JVMs need that run it. */
  public static List<String> jvmArguments(String name) {
    return List.of("--enable-native-access=ALL-UNNAMED");
  }
}
