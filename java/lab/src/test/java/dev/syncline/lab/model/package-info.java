/**
 * The next format's rule, a newest frame that grows in two slots, as a model that is small enough to be tried whole: every sequence of a few
 * operations, and a cut in each of their writes with every mix of old, new and garbled sectors. Nothing of the engine runs here.
 */
package dev.syncline.lab.model;
