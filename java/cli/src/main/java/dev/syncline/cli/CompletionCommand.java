package dev.syncline.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;

/** {@code syncline completion}: a script that has bash and zsh complete commands, options and values. */
@Command(
    name = "completion",
    description = "Prints a script with which bash, and zsh with bashcompinit, complete syncline's commands and options.",
    footer = {"", "Example: in this shell, or in ~/.bashrc", "  source <(syncline completion)"})
final class CompletionCommand extends BaseCommand {
  /** The JSON output. */
  record Script(String bash) {}

  @Override
  public Integer call() {
    String script = AutoComplete.bash("syncline", spec.root().commandLine());
    if (json) out().println(Json.pretty(new Script(script)));
    else out().print(script);
    return ExitCode.OK;
  }
}
