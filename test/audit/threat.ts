/** linf budget of the test bed: what two small convolutions can be trained to withstand. */
export const EPSILON = 0.15;
