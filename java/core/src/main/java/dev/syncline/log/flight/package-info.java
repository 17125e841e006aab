/** What a log tells the JVM's flight recorder (module {@code jdk.jfr}, which may be missing). Nothing else sees that. */
package dev.syncline.log.flight;
