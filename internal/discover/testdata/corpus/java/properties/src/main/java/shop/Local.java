package shop;

final class Local {
    static final String TASK = "local";
}
