"""What training learns from: MNIST, corrections, and how they are varied."""
