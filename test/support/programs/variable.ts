/** In the environment of the tests: where their program host listens. */
export const programHostVariable = "CONSUL_CLUSTER_TESTS_PROGRAMS";
