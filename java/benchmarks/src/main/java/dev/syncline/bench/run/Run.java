package dev.syncline.bench.run;

import com.fasterxml.jackson.annotation.JsonInclude;

/** One contender in one cell in one round. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Run(int round, String cell, String contender, Outcome outcome) {}
