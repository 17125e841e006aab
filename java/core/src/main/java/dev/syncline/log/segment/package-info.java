/**
 * The files of a log: segments and what is known of them, the mark, their bytes checked, made ready, cut and closed. Knows nothing of who
 * appends, reads or recovers.
 */
package dev.syncline.log.segment;
