package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectNestedClass;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** The example of README.md, as the author of a third storage writes it: in a package of his own, and with nothing but what it says. */
class ExampleTest {
  private static final Path SOURCE = Path.of("src/test/java/dev/syncline/example/MyStorageTest.java");
  private static final String EXAMPLE = "dev.syncline.example.MyStorageTest";

  private final Launcher launcher = LauncherFactory.create();

  private static LauncherDiscoveryRequest requestFor(DiscoverySelector... selectors) {
    return LauncherDiscoveryRequestBuilder.request().selectors(selectors).build();
  }

  @Test
  void theReadmeSaysWhatIsRunHere() throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    int begin = readme.indexOf("```java\n") + "```java\n".length();
    assertThat(Files.readString(SOURCE)).endsWith("\n\n" + readme.substring(begin, readme.indexOf("```", begin)));
  }

  @Test
  void itHasEveryThemeOfTheContract() {
    TestPlan plan = launcher.discover(requestFor(selectClass(EXAMPLE)));
    TestIdentifier engine = plan.getRoots().stream().filter(root -> !plan.getChildren(root).isEmpty()).findFirst().orElseThrow();
    TestIdentifier example = plan.getChildren(engine).iterator().next();
    Set<String> found = plan.getChildren(example).stream().map(TestIdentifier::getDisplayName).collect(Collectors.toSet());
    Set<String> themes = Stream.of(WalContract.class, LimitContracts.class, MendingContracts.class)
        .flatMap(type -> Arrays.stream(type.getDeclaredClasses()))
        .filter(type -> type.isAnnotationPresent(Nested.class))
        .map(Class::getSimpleName).collect(Collectors.toSet());
    assertThat(found).isEqualTo(themes).hasSizeGreaterThan(50);
  }

  /** The storage itself, the log on it, and what takes a second process, which makes an instance of the example too. */
  @Tag("laboratory")
  @Test
  void itPassesWithNothingElse() throws ClassNotFoundException {
    Class<?> example = Class.forName(EXAMPLE);
    SummaryGeneratingListener summary = new SummaryGeneratingListener();
    launcher.execute(
        requestFor(
            selectNestedClass(List.of(example), WalContract.Storages.class),
            selectNestedClass(List.of(example), WalContract.Sequences.class),
            selectNestedClass(List.of(example), WalContract.Takeover.class)),
        summary);
    assertThat(summary.getSummary().getFailures()).extracting(failure -> failure.getTestIdentifier() + ": " + failure.getException()).isEmpty();
    assertThat(summary.getSummary().getTestsSucceededCount()).isGreaterThan(100);
  }
}
