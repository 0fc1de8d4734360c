// conductor is only spoken of
import org.other.Worker;
import org.other.WorkerTask;

class Foreign implements Worker {
    @WorkerTask("other")
    public String getTaskDefName() {
        return "other";
    }
}
