/**
 * The command line: {@code syncline demo | info | dump | verify | doctor | snapshot | export | import}.
 *
 * <p>One class per command; {@link dev.syncline.cli.Syncline} collects them and turns failures into one line and an exit
 * code. {@code info}, {@code dump}, {@code verify}, {@code snapshot} and {@code export} open a log to read only; {@code snapshot} and
 * {@code import} make one in a {@link dev.syncline.cli.TargetDirectory}. {@code demo} runs its writer, {@link
 * dev.syncline.cli.DemoWriter}, in a process of its own, which it kills.
 */
package dev.syncline.cli;
