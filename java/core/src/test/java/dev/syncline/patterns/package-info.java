/** The programs of {@code PATTERNS.md}, which quotes them from here, and what they promise as tests. */
package dev.syncline.patterns;
