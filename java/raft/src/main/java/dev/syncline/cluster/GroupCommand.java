package dev.syncline.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.syncline.replicated.GroupClient;
import dev.syncline.replicated.ReplicatedLogClient;
import dev.syncline.replicated.Security;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What all commands have that ask a group. */
abstract class GroupCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

  @Spec CommandSpec spec;

  @Option(
      names = "--nodes",
      required = true,
      split = ",",
      paramLabel = "HOST:PORT",
      description = "Addresses of nodes of the group, some or all.")
  List<String> nodes;

  @Mixin TlsOptions tls;

  @Option(
      names = "--timeout",
      defaultValue = "30",
      paramLabel = "SECONDS",
      description = "For how long to try (${DEFAULT-VALUE}).")
  long timeoutSeconds;

  @Option(names = "--json", description = "Print JSON, one object a line.")
  boolean json;

  final Duration timeout() {
    if (timeoutSeconds < 1) throw new IllegalArgumentException("--timeout is 1 or more seconds, not " + timeoutSeconds);
    return Duration.ofSeconds(timeoutSeconds);
  }

  final GroupClient operator() throws IOException {
    return GroupClient.connect(nodes, timeout(), tls.ofClient());
  }

  final ReplicatedLogClient log() throws IOException {
    Optional<Security> security = tls.ofClient();
    return security.isPresent()
        ? ReplicatedLogClient.connect(nodes, timeout(), security.get())
        : ReplicatedLogClient.connect(nodes, timeout());
  }

  final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  /** Prints {@code object} as JSON, or the text. */
  final void print(Object object, String text) throws IOException {
    try {
      out().println(json ? JSON.writeValueAsString(object) : text);
    } catch (JsonProcessingException e) {
      throw new IOException("cannot print this as JSON: " + e.getOriginalMessage(), e);
    }
    out().flush();
  }
}
