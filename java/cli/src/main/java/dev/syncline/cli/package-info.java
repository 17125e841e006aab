/**
 * The command line: {@code syncline demo | info | dump | verify | doctor}.
 *
 * <p>One class per command; {@link dev.syncline.cli.Syncline} collects them and turns failures into one line and an exit
 * code. {@code info}, {@code dump} and {@code verify} open a log to read only. {@code demo} runs its writer, {@link
 * dev.syncline.cli.DemoWriter}, in a process of its own, which it kills.
 */
package dev.syncline.cli;
