package dev.syncline.raft;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.JRaftServiceFactory;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.util.JRaftServiceLoader;
import com.alipay.sofa.jraft.util.SPI;
import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user of this module gets on the class path, and that JRaft finds the log there. */
class DependenciesTest {
  private static final Pattern JAR = Pattern.compile("([a-z0-9-]+?)-(\\d[\\w.-]*)\\.jar");

  @TempDir private Path temporary;

  private static List<String> jars() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).getFileName().toString())
        .filter(name -> name.endsWith(".jar"))
        .toList();
  }

  private static TreeSet<String> versionsOf(String prefix) {
    TreeSet<String> versions = new TreeSet<>();
    for (String jar : jars()) {
      Matcher name = JAR.matcher(jar);
      if (name.matches() && name.group(1).startsWith(prefix)) versions.add(name.group(2));
    }
    return versions;
  }

  private static void skipInTheComparison() {
    Assumptions.assumeFalse(Boolean.getBoolean("syncline.compare"), "the profile that compares with RocksDB brings RocksDB");
  }

  @Test
  void rocksDbIsNotAmongThem() {
    skipInTheComparison();
    assertThat(jars()).isNotEmpty().noneMatch(name -> name.contains("rocksdb"));
    assertThat(getClass().getClassLoader().getResource("org/rocksdb/RocksDB.class")).isNull();
  }

  @Test
  void nettyIsOneCurrentVersionAndNotTheJarOfAllItsParts() {
    assertThat(jars()).noneMatch(name -> name.startsWith("netty-all"));
    assertThat(versionsOf("netty-")).singleElement().asString().matches("4\\.1\\.\\d{3,}\\.Final");
  }

  @Test
  void jnaAndSlf4jAreOneVersionEach() {
    assertThat(versionsOf("jna")).hasSize(1);
    assertThat(versionsOf("slf4j-")).hasSize(1);
  }

  @Test
  void jraftFindsTheLogOnTheClassPathBeforeItsOwn() {
    JRaftServiceFactory found = JRaftServiceLoader.load(JRaftServiceFactory.class).first();
    assertThat(found).isInstanceOf(SynclineServiceFactory.class);
    assertThat(NodeOptions.defaultServiceFactory).isInstanceOf(SynclineServiceFactory.class);
    assertThat(new NodeOptions().getServiceFactory().createLogStorage(temporary.resolve("log").toString(), new RaftOptions()))
        .isInstanceOf(SynclineLogStorage.class);
    assertThat(SynclineServiceFactory.class.getAnnotation(SPI.class).priority()).isPositive();
  }

  @Test
  void theOtherServicesAreJraftsOwn() {
    SynclineServiceFactory factory = new SynclineServiceFactory(LogSettings.defaults().withSegmentBytes(1 << 20));
    assertThat(factory.createRaftMetaStorage(temporary.toString(), new RaftOptions()).getClass().getName())
        .startsWith("com.alipay.sofa.jraft");
    assertThat(factory.createLogEntryCodecFactory().getClass().getName()).startsWith("com.alipay.sofa.jraft");
  }
}
