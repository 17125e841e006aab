/**
 * A log's metrics for Micrometer, and so for Prometheus, OpenTelemetry and whatever else it has a registry for: {@link
 * dev.syncline.micrometer.SynclineMetrics}.
 */
package dev.syncline.micrometer;
