package shop.names;

public interface Names {
    String SHIP = "ship";
    String PACK = "pack";
    String BILL = "bill";

    class Inner {
        public static final String SEND = "send";
    }
}
