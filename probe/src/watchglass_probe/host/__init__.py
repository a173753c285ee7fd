"""The machine under the application: CPU, memory, disk, network and GPU, under OpenTelemetry's names."""
